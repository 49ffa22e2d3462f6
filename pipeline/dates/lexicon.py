"""The words that French dates are made of, each with its category and what it counts for.

Forms are in lower case with straight apostrophes, as the lexer makes them. A form has one category; where the
language has two readings (« second », « été », « mars »), the parser decides by the neighbours.
"""

from __future__ import annotations

from pipeline.dates.values import Unit


def words(listed: str) -> frozenset[str]:
    """The words of a list written as running text."""
    return frozenset(listed.split())


MONTHS = {
    form: number
    for number, forms in enumerate(
        (
            "janvier",
            "février fevrier",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août aout",
            "septembre",
            "octobre",
            "novembre",
            "décembre decembre",
        ),
        start=1,
    )
    for form in forms.split()
}

#: Only beside a day or a year: alone they are other words.
MONTH_ABBREVIATIONS = {
    "janv": 1,
    "jan": 1,
    "févr": 2,
    "fév": 2,
    "fevr": 2,
    "fev": 2,
    "avr": 4,
    "juil": 7,
    "juill": 7,
    "sept": 9,
    "oct": 10,
    "nov": 11,
    "déc": 12,
    "dec": 12,
}

WEEKDAYS = {
    "lundi": 0,
    "mardi": 1,
    "mercredi": 2,
    "jeudi": 3,
    "vendredi": 4,
    "samedi": 5,
    "dimanche": 6,
}

#: Only before a day of the month: « mer. 3 juillet ».
WEEKDAY_ABBREVIATIONS = {"lun": 0, "mar": 1, "mer": 2, "jeu": 3, "ven": 4, "sam": 5, "dim": 6}

SEASONS = {"printemps": 0, "été": 1, "automne": 2, "hiver": 3}

UNITS: dict[str, tuple[Unit, int]] = {
    "heure": ("hour", 1),
    "heures": ("hour", 1),
    "jour": ("day", 1),
    "jours": ("day", 1),
    "semaine": ("week", 1),
    "semaines": ("week", 1),
    "mois": ("month", 1),
    "trimestre": ("quarter", 1),
    "trimestres": ("quarter", 1),
    "semestre": ("half", 1),
    "semestres": ("half", 1),
    "an": ("year", 1),
    "ans": ("year", 1),
    "année": ("year", 1),
    "années": ("year", 1),
    "annee": ("year", 1),
    "annees": ("year", 1),
    "saison": ("year", 1),
    "décennie": ("decade", 1),
    "décennies": ("decade", 1),
    "siècle": ("century", 1),
    "siècles": ("century", 1),
    "siecle": ("century", 1),
}

#: Groups that stand for a number before « de »: « une quinzaine de jours ».
COLLECTIVES = {
    "dizaine": 10,
    "douzaine": 12,
    "quinzaine": 15,
    "vingtaine": 20,
    "trentaine": 30,
    "quarantaine": 40,
    "cinquantaine": 50,
    "soixantaine": 60,
    "centaine": 100,
}

NUMBER_WORDS = words("""
    un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt vingts
    trente quarante cinquante soixante septante huitante octante nonante cent cents mille mil
    """)

ORDINALS = {
    "premier": 1,
    "première": 1,
    "premiers": 1,
    "deuxième": 2,
    "second": 2,
    "seconde": 2,
    "troisième": 3,
    "quatrième": 4,
    "cinquième": 5,
    "sixième": 6,
    "septième": 7,
    "huitième": 8,
    "neuvième": 9,
    "dixième": 10,
    "onzième": 11,
    "douzième": 12,
    "treizième": 13,
    "quatorzième": 14,
    "quinzième": 15,
    "seizième": 16,
    "dixseptième": 17,
    "dixhuitième": 18,
    "dixneuvième": 19,
    "vingtième": 20,
    "vingt-et-unième": 21,
}

#: The adjective after a unit, weekday, month or season: where it points, and whether from the last mention.
DIRECTIONS: dict[str, tuple[int, bool]] = {
    **dict.fromkeys(("dernier", "dernière", "derniers", "dernières", "derniere"), (-1, False)),
    **dict.fromkeys(("passé", "passée", "passés", "passées", "écoulé", "écoulée"), (-1, False)),
    **dict.fromkeys(("prochain", "prochaine", "prochains", "prochaines"), (1, False)),
    **dict.fromkeys(("suivant", "suivante", "suivants", "suivantes"), (1, True)),
    **dict.fromkeys(("précédent", "précédente", "précédents", "précédentes"), (-1, True)),
    "courant": (0, False),
}

DEICTIC_DAYS = {"hier": -1, "demain": 1, "aujourd'hui": 0}
ANAPHORIC_DAYS = {"veille": -1, "lendemain": 1, "surlendemain": 2}

DAY_PARTS = words("matin matinée midi soir soirée nuit")

#: A part of a period: the period that is certain is kept (« début 2025 » is 2025).
PARTS = words("début debut mi milieu fin courant")

DEMONSTRATIVES = words("ce cet cette ces")
DETERMINERS = words("le la l' les un une ce cet cette ces du des au aux")

#: Heads before « du 4-Septembre », « 8 mai 1945 » that make it a name of a place, not a date.
NAMED_AFTER_DATES = words("""
    rue rues place places avenue avenues av boulevard bd quai pont square allée allées impasse passage
    esplanade
    cours parvis rond-point point station métro arrêt gare stade lycée collège école université aéroport
    hôpital
    camp palais salle bibliothèque cité quartier résidence parc chemin promenade porte hôtel caserne
    """)

#: After a number of four digits, what makes it a count, an amount or a measure, not a year.
COUNTED = words("""
    % € $ £ euros euro dollars dollar francs franc livres yens roubles personnes habitants km kilomètres
    mètres
    m hectares ha tonnes kg kilos litres kilowatts watts mw kw points voix soldats hommes femmes élèves
    salariés
    emplois morts blessés spectateurs manifestants logements fois pages p degrés m² cv fcfa cfa millions
    milliards
    """)

#: Before a number, what makes it a label (« Article 5 », « page 2012 », « n° 2004 »), not a date.
LABELS = words("""
    article articles art page pages p n n° no nos numéro numéros num chapitre ligne vol volume tome loi
    décret §
    route autoroute boîte bp cs code tél tel téléphone fax isbn siret kilomètre km peugeot renault boeing
    airbus
    résolution résolutions norme iso version windows office lot lots ref réf référence verset vol train
    ligne bus résolution
    """)

#: Plural endings mark a counted noun after a number (« 2004 personnes »), except in these words.
NOT_COUNTED_S = words("""
    dans mais puis pas sous sans très plus moins depuis vers alors après dès lors jamais ensuite toujours
    les des
    ces ses ses nos vos aux leurs plusieurs est avons avez suis ils elles nous vous certains certaines
    tous toutes
    aussi ici ainsi ci parmi aujourd'hui près hors chez lors puis ailleurs parmi selon deux trois six dix mars
    """)
