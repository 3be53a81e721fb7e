"""Names for the demo data. Any likeness of a combination to a living person is chance."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


#: given names by country, the frequent ones first
GIVEN = {
    "GB": _words(
        "Oliver Amelia George Olivia Harry Isla Noah Ava Jack Emily Leo Grace Arthur Freya Oscar Sophie Charlie Alice"
        " Thomas Ruby Henry Evie Alfie Daisy Imogen Rhys Niamh Callum Eilidh Gareth Zoë Tariq Priya Aisha Kwame Chloë"
    ),
    "DE": _words(
        "Anna Lukas Lena Jonas Marie Felix Sophie Paul Hannah Maximilian Jürgen Käthe Günter Björn Sönke Jörg Anke Uwe"
        " Heike Ute Matthias Katrin Stefan Sabine Emre Ayşe Mehmet Elif Torsten Dörte Friederike Änne Karl-Heinz"
    ),
    "FR": _words(
        "Jean Marie Camille Léa Hugo Chloé Louis Manon Zoé Théo Inès Jérôme Élodie François Hélène Benoît Amélie"
        " Maël Noémie Yasmine Karim Aurélie Étienne Margaux Loïc Océane Anaïs Jean-Luc Céline Mathéo"
    ),
    "US": _words(
        "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Susan Jessica Carlos María José"
        " Latoya Tyrone Megan Tyler Brandon Ashley Wei Jin Priya Kayla Dylan Brooke Hunter Paige Nguyen Sofía Renée"
    ),
    "SE": _words(
        "Erik Anna Lars Maria Karl Elisabeth Anders Kristina Johan Eva Åsa Björn Göran Märta Östen Örjan Håkan Pär"
        " Ingegärd Linnéa Saga Elsa Måns Tove Agneta Jörgen Åke"
    ),
    "NL": _words(
        "Jan Maria Daan Emma Sem Julia Bram Tess Lieke Joost Sanne Thijs Femke Ruben Anouk Pieter Marijke Jeroen Fleur"
        " Hendrik Willemijn Zoë Daniël Loïs"
    ),
    "ES": _words(
        "Antonio María José Carmen Manuel Ana Javier Lucía Álvaro Sofía Andrés Inés Iñaki Begoña Jesús Ángela Raúl"
        " Núria Jordi Martín Rocío Íñigo Verónica Óscar"
    ),
    "IT": _words(
        "Giuseppe Maria Marco Giulia Francesco Anna Luca Chiara Matteo Sara Niccolò Elena Alessandro Martina Andrea"
        " Giorgia Davide Alice Simone Noemi Salvatore Rosaria"
    ),
    "IE": _words(
        "Seán Aoife Conor Niamh Cian Saoirse Oisín Caoimhe Darragh Róisín Pádraig Sinéad Eoin Órla Fionn Gráinne"
        " Liam Ciara Tadhg Áine"
    ),
    "PL": _words(
        "Anna Piotr Katarzyna Krzysztof Małgorzata Andrzej Agnieszka Tomasz Zofia Paweł Łukasz Michał Stanisław"
        " Bożena Grażyna Władysław Żaneta Józef Rafał Ewa"
    ),
    "NO": _words("Jan Anne Per Inger Bjørn Kari Ole Marit Øyvind Solveig Håkon Åse Kjell Liv Sigrid Tor Ragnhild Pål"),
    "DK": _words("Peter Anne Søren Kirsten Jens Mette Jørgen Hanne Lærke Mikkel Freja Bjørn Åse Kåre Signe Rasmus"),
    "PT": _words("Maria José Ana João Inês António Beatriz Tomás Catarina Simão Leonor Gonçalo Fátima Luís Sílvia"),
    "CH": _words("Urs Anna Reto Ursula Beat Regula Luca Céline Noël Mélanie Jürg Käthi Didier Gianna Zoé Andrin"),
    "CZ": _words("Jan Jana Petr Eva Jiří Hana Tomáš Lenka Ondřej Kateřina Václav Zdeňka Lukáš Žofie Vojtěch Šárka"),
    "IN": _words("Aarav Ananya Vihaan Diya Arjun Priya Rohan Kavya Sanjay Meera Rahul Lakshmi Imran Fatima Gurpreet"),
}

#: family names by country; an underscore stands for a blank
FAMILY = {
    "GB": _words(
        "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Wright Walker Thompson Hughes Green Hall Wood"
        " Harris Clarke Jackson Turner Hill Cooper Ward Moore Khan Bennett Gray Ashby Fairweather Thistlewood Pemberton"
        " O’Neill MacLeod Llewellyn Begum Okafor Brontë Haworth Lovelace Marlowe Sutcliffe Wainwright Ellison"
    ),
    "DE": _words(
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein"
        " Schröder Neumann Krüger Köhler Böhm Groß Jäger Weiß Yılmaz Kaya Özdemir Vogelsang Birnbaum von_Ahlefeld"
    ),
    "FR": _words(
        "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Lefèvre Garnier Bélanger Françoise"
        " Léger Gérard Benoît Besson Chevalier D’Aubigné Le_Goff Béranger Lacroix Nguyen Benali Delacroix-Roux"
    ),
    "US": _words(
        "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Wilson Anderson"
        " Thomas Moore Lee Thompson White Harris Nguyen Kim Chen O’Brien McAllister Kowalski Peña Núñez Whitfield"
    ),
    "SE": _words(
        "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Åkerström Björklund Lindström"
        " Öberg Sjögren Hägglund Ångström Bergqvist Löfgren Nordahl"
    ),
    "NL": _words(
        "de_Jong Jansen de_Vries van_den_Berg Bakker van_Dijk Visser Smit Meijer de_Boer Mulder van_der_Meer Bos Vos"
        " Peters Hendriks van_’t_Hoff Dekker Kuipers"
    ),
    "ES": _words(
        "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz"
        " Muñoz Álvarez Núñez Ibáñez Echeverría Castaño"
    ),
    "IT": _words(
        "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti D’Angelo Fontana"
        " Dal_Pozzo Nicolò Caruso Pellegrini"
    ),
    "IE": _words(
        "Murphy Kelly O’Sullivan Walsh O’Brien Byrne Ryan O’Connor Ó_Briain Doyle McCarthy Gallagher Nic_Dhonnchadha"
    ),
    "PL": _words(
        "Nowak Kowalska Wiśniewski Wójcik Kowalczyk Kamińska Lewandowski Zielińska Szymański Woźniak Dąbrowski"
        " Kozłowska Jabłoński Król Łukaszewska"
    ),
    "NO": _words(
        "Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Bjørnstad Sæther Ødegård Åsheim Haugen"
    ),
    "DK": _words(
        "Nielsen Jensen Hansen Pedersen Andersen Christensen Sørensen Møller Kjær Østergaard Bæk Skovgård Holm"
    ),
    "PT": _words(
        "Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Gonçalves Conceição Magalhães Simões Araújo"
    ),
    "CH": _words("Müller Meier Keller Huber Favre Rochat Bernasconi Zürcher Gerber Frei Lüthi Baumgartner Rüegg"),
    "CZ": _words(
        "Novák Svobodová Novotný Dvořáková Černý Procházková Kučera Veselá Horák Němcová Pokorný Říhová Šimek"
    ),
    "IN": _words("Sharma Patel Singh Kumar Gupta Reddy Iyer Nair Das Khan Chatterjee Joshi Menon Rao Kaur"),
}

TRADES = _words(
    "Interiors Furnishings Hotels Ceramics Textiles Gardens Lighting Catering Joinery Books Optics Bakery Outfitters"
    " Studios Galleries Design Logistics Nurseries Glassworks Papeterie Events"
)
FIRST_WORDS = _words(
    "Alder Heron Copper Northgate Juniper Lantern Kestrel Harbour Meadow Silver Anchor Willow Granite Larkfield Saffron"
    " Tidewater Rowan Beacon Ivory Quill Windmill Cobalt Bramble Orchard Lindgrün Château Ångström Zephyr Bluebell"
)
INDUSTRIES = ("Retail", "Hospitality", "Wholesale", "Construction", "Education", "Health", "Events", "Real estate")
JOB_TITLES = (
    "Buyer", "Owner", "Office manager", "Managing director", "Head of purchasing", "Interior designer", "Assistant",
    "Facility manager", "Event planner", "Shop manager", "Accountant",
)  # fmt: skip
TAGS = ("wholesale", "newsletter", "trade fair", "VIP", "gift orders", "slow payer", "referral", "press", "local")
