"""25,012 different believable names, in no language in particular."""

from __future__ import annotations

FIRST_NAMES = """
Ada Adam Agnes Ahmed Alan Albert Alexander Alice Amelia Amir Ana Andrea Andreas Angela Anna Anton Antonio Arthur
Astrid Barbara Beatrice Benjamin Björn Bruno Camille Carla Carlos Caroline Catherine Cecilia Charles Charlotte Chloé
Christian Claire Clara Claudia Daniel David Deborah Diana Diego Dimitri Dorothy Edith Eduardo Edward Elena Eleanor
Elif Elisabeth Ellen Emil Emily Emma Eric Erika Esther Eva Fatima Felix Fernando Fiona Florence Frank Frederick
Gabriel George Gerhard Giovanni Grace Gustav Hannah Harald Harriet Hassan Heidi Helena Henry Hugo Ian Ibrahim Ingrid
Irene Isaac Isabel Ivan Jack Jacob James Jan Jane Jasmine Javier Jean Jennifer Joanna Johan John Jonas José Joseph
Julia Karin Karl Katharina Kenji Laila Lars Laura Leila Leo Linda Louis Lucas Lucía Magnus Maja Marcel Margaret Maria
Martin Mary Matilda Max Michael Mohammed Nadia Natasha Nicolas Nina Noah Olga Oliver Oscar Pablo Patricia Paul Pedro
Peter Philip Rachel Renée Richard Robert Rosa Ruth Samuel Sara Sebastian Sofia Stefan Susan Sven Teresa Theodor Thomas
Ursula Valentina Victor Vincent Walter Wei Wilhelm William Xavier Yasmin Yuki Zoë
"""
LAST_NAMES = """
Abbott Aguilar Andersson Antoniou Arnold Ashworth Bailey Bauer Becker Beaumont Bergström Bianchi Blackwood Bonnet
Brandt Brennan Brooks Calloway Campbell Carlsson Castillo Chandler Chaudhry Christensen Clarke Colombo Costa Crawford
Dahl Davenport Delacroix Demir Dietrich Donovan Dubois Dvořák Eriksson Esposito Fairbanks Farrell Fernández Ferrari
Fischer Fitzgerald Fontaine Forsberg Fraser Friedrich Gallagher García Gauthier Gonçalves Graham Greenwood Grönlund
Gupta Haddad Hamilton Hansen Hartmann Hernández Hoffmann Holmberg Horváth Huang Iglesias Ivanova Jacobsen Janssen
Jeffries Jimenez Johansson Kaplan Kaufmann Kavanagh Kowalski Krüger Lambert Larsson Laurent Lefebvre Leonard Lindqvist
Lombardi López Lundgren MacDonald Magnusson Marchetti Martínez Mazur Mendoza Middleton Mitchell Moreau Morrison Müller
Murphy Nakamura Nielsen Nowak Nyström O'Brien Okafor Oliveira Olsson Papadopoulos Patterson Pereira Petrović
Pettersson Pfeiffer Quinn Ramírez Rasmussen Richter Rinaldi Rodríguez Rosenberg Rousseau Sánchez Santos Schneider
Schröder Schwarz Sinclair Sjöberg Sokolov Steiner Stephenson Suzuki Tanaka Thibault Thompson Torvalds Underwood
Vasquez Vogel Wagner Wallace Watanabe Weber Whitfield Wójcik Yamamoto Yılmaz Zielinski Zimmermann
"""
FIRST, LAST = FIRST_NAMES.split(), LAST_NAMES.split()
NAMES = [f"{first} {last}" for last in LAST for first in FIRST]
