"""Where the people of the demo data live: cities, streets, phone numbers and incomes of each country.

The phone numbers are those that regulators keep for films (GB, US, DE, FR, SE), else the example numbers of
phonenumbers with the last digits changed; # stands for a digit. Patterns leave out the trunk prefix.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One country. `weight` is its share of the customers in per cent, `income` the median of a month."""

    code: str
    weight: int
    calling_code: str
    trunk: str
    zone: str
    income: int
    postal: str
    street: str
    phones: tuple[str, ...]
    cities: tuple[str, ...]
    streets: tuple[str, ...]
    forms: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


PLACES = (
    Place(
        "GB",
        26,
        "44",
        "0",
        "Europe/London",
        2900,
        "AB# #CD",
        "{number} {street}",
        _words(
            "2079460###, 1134960###, 1144960###, 1214960###, 1314960###, 1414960###, 1514960###, 1614960###, 1914980###"
        ),
        _words("London, Leeds, Sheffield, Birmingham, Edinburgh, Glasgow, Liverpool, Manchester, York, Bath, Norwich"),
        _words("High Street, Mill Lane, Alder Road, Church Walk, Quarry Hill, Station Road, The Green, Orchard Close"),
        _words("Ltd, & Sons, Group, plc, Partners"),
    ),
    Place(
        "DE",
        14,
        "49",
        "0",
        "Europe/Berlin",
        3300,
        "#####",
        "{street} {number}",
        _words("3023125###, 6990009###, 4066969###, 2214710###, 8999998###, 17139200##, 176040690##"),
        _words("Berlin, Hamburg, München, Köln, Frankfurt am Main, Düsseldorf, Leipzig, Nürnberg, Tübingen, Görlitz"),
        _words("Lindenweg, Hauptstraße, Gartenstraße, Mühlgasse, Am Anger, Bahnhofstraße, Rosenweg, Schloßplatz"),
        _words("GmbH, AG, GmbH & Co. KG, e. K."),
    ),
    Place(
        "FR",
        9,
        "33",
        "0",
        "Europe/Paris",
        2700,
        "#####",
        "{number} {street}",
        _words("19900####, 26191####, 35301####, 46571####, 53649####"),
        _words("Paris, Lyon, Nantes, Lille, Orléans, Besançon, Saint-Étienne, Bordeaux, Nîmes, Angoulême"),
        _words("rue des Lilas, rue de l’Église, avenue du Parc, place du Marché, rue Pasteur, chemin des Vignes"),
        _words("SARL, SA, SAS, et Fils"),
    ),
    Place(
        "US",
        9,
        "1",
        "",
        "America/New_York",
        4400,
        "#####",
        "{number} {street}",
        _words(
            "20255501##, 21255501##, 30355501##, 30555501##, 31255501##, 40455501##, 41555501##, 50355501##,"
            "61755501##, 71355501##, 20655501##, 51255501##, 60255501##, 61455501##, 61255501##, 70255501##"
        ),
        _words("Portland, Austin, Columbus, Denver, Madison, Savannah, Providence, Tucson, Duluth, Burlington"),
        _words("Maple Avenue, Oak Street, 2nd Street, Lakeview Drive, Main Street, Cedar Court, Sunset Boulevard"),
        _words("Inc., LLC, Co., Corp."),
    ),
    Place(
        "SE",
        6,
        "46",
        "0",
        "Europe/Stockholm",
        3400,
        "### ##",
        "{street} {number}",
        _words("8465004##, 3139006##, 4062804##, 7017406##"),
        _words("Stockholm, Göteborg, Malmö, Uppsala, Västerås, Örebro, Linköping, Umeå, Gävle"),
        _words("Storgatan, Björkvägen, Kungsgatan, Ängsvägen, Skolgatan, Strandvägen"),
        _words("AB, Handelsbolag, & Söner AB"),
    ),
    Place(
        "NL",
        5,
        "31",
        "0",
        "Europe/Amsterdam",
        3200,
        "#### AB",
        "{street} {number}",
        _words("10123####, 61234####"),
        _words("Amsterdam, Rotterdam, Utrecht, Groningen, Leiden, Delft, Nijmegen, ’s-Hertogenbosch"),
        _words("Kerkstraat, Molenweg, Dorpsstraat, Prinsengracht, Beukenlaan, Stationsplein"),
        _words("B.V., N.V., & Zonen"),
    ),
    Place(
        "ES",
        5,
        "34",
        "",
        "Europe/Madrid",
        2100,
        "#####",
        "{street}, {number}",
        _words("81012####, 61234####"),
        _words("Madrid, Barcelona, Málaga, A Coruña, Cádiz, León, Bilbao, València"),
        _words("Calle Mayor, Avenida de la Constitución, Calle del Olmo, Plaza España, Calle Jardín"),
        _words("S.L., S.A., e Hijos"),
    ),
    Place(
        "IT",
        5,
        "39",
        "",
        "Europe/Rome",
        2200,
        "#####",
        "{street}, {number}",
        _words("021234####, 312345####"),
        _words("Milano, Roma, Torino, Bologna, Verona, Forlì, Padova, Napoli"),
        _words("Via Garibaldi, Via dei Tigli, Corso Italia, Piazza del Popolo, Via Università"),
        _words("S.r.l., S.p.A., e Figli"),
    ),
    Place(
        "IE",
        4,
        "353",
        "0",
        "Europe/Dublin",
        3300,
        "A## BC##",
        "{number} {street}",
        ("15550###",),
        _words("Dublin, Cork, Galway, Limerick, Dún Laoghaire, Sligo"),
        _words("Main Street, Harbour Road, Abbey Lane, Bridge Street"),
        _words("Ltd, DAC, Teoranta"),
    ),
    Place(
        "PL",
        4,
        "48",
        "",
        "Europe/Warsaw",
        1700,
        "##-###",
        "ul. {street} {number}",
        _words("12345####, 51234####"),
        _words("Warszawa, Kraków, Łódź, Wrocław, Gdańsk, Poznań, Białystok"),
        _words("Lipowa, Kościuszki, Słoneczna, Długa, Polna, Ogrodowa"),
        _words("Sp. z o.o., S.A., i Synowie"),
    ),
    Place(
        "NO",
        3,
        "47",
        "",
        "Europe/Oslo",
        4300,
        "####",
        "{street} {number}",
        _words("2123####, 4061####"),
        _words("Oslo, Bergen, Tromsø, Bodø, Ålesund, Stavanger"),
        _words("Storgata, Fjellveien, Kirkegata, Sjøgata, Bjørkeveien"),
        _words("AS, ANS"),
    ),
    Place(
        "DK",
        2,
        "45",
        "",
        "Europe/Copenhagen",
        4100,
        "####",
        "{street} {number}",
        _words("3212####, 3441####"),
        _words("København, Aarhus, Odense, Ærøskøbing, Helsingør, Køge"),
        _words("Bøgevej, Kirkevej, Strandgade, Nørregade, Møllevej"),
        _words("ApS, A/S"),
    ),
    Place(
        "PT",
        2,
        "351",
        "",
        "Europe/Lisbon",
        1500,
        "####-###",
        "{street}, {number}",
        _words("21234####, 91234####"),
        _words("Lisboa, Porto, Braga, Évora, Setúbal, Viseu"),
        _words("Rua das Flores, Avenida da Liberdade, Rua do Sol, Travessa São João"),
        _words("Lda., S.A."),
    ),
    Place(
        "CH",
        2,
        "41",
        "0",
        "Europe/Zurich",
        6300,
        "####",
        "{street} {number}",
        _words("21234####, 78123####"),
        _words("Zürich, Bern, Genève, Neuchâtel, Luzern, Delémont"),
        _words("Seestrasse, Bahnhofstrasse, rue du Lac, Dorfstrasse"),
        _words("AG, GmbH, Sàrl"),
    ),
    Place(
        "CZ",
        2,
        "420",
        "",
        "Europe/Prague",
        1800,
        "### ##",
        "{street} {number}",
        _words("21234####, 60112####"),
        _words("Praha, Brno, Plzeň, Hradec Králové, Český Krumlov, Jihlava"),
        _words("Nádražní, Zahradní, Školní, Lipová, Květná"),
        _words("s.r.o., a.s."),
    ),
    Place(
        "IN",
        2,
        "91",
        "0",
        "Asia/Kolkata",
        650,
        "######",
        "{number} {street}",
        _words("741041####, 812345####"),
        _words("Pune, Bengaluru, Kochi, Jaipur, Chennai, Indore"),
        _words("MG Road, Temple Street, Lake View Road, Station Road, Gandhi Nagar"),
        _words("Pvt. Ltd., & Co."),
    ),
)
