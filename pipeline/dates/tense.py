"""Where a clause looks: back or ahead, told by its verbs and by words such as « prévu ».

A date that lacks its year, or a bare weekday, lies on that side of the document's date.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline.dates.lexicon import NOT_COUNTED_S, words
from pipeline.dates.tokens import Token

_FUTURE = re.compile(r"\w{2,}(?:[eiduvt]ra|r{2}a|[eiduvt]ront|r{2}ont|[eiduvt]rez|[eiduvt]rai|[eiduvt]rons)")
_IMPERFECT = re.compile(r"\w{2,}(?:ait|aient)")
_CONDITIONAL = re.compile(r"\w{2,}(?:rait|raient)")
_SIMPLE_PAST = re.compile(r"\w{2,}(?:èrent|irent|urent|inrent)")
_PARTICIPLE = re.compile(r"\w{2,}(?:é|ée|és|ées)")
_AFTER_AUXILIARY = re.compile(r"\w+(?:ée?s?|ue?s?|ie?s?|in?te?s?|erte?s?|orte?s?)")
_INFINITIVE = re.compile(r"\w+(?:er|ir|re|oir)")
_NOUNS_IN_TE = re.compile(r"\w+[tiè]tés?")

_NOT_FUTURE = words(
    "opéra caméra extra ultra ankara accra sahara caldera algèbra tiara mantra cobra hydra infra supra para"
)
_NOT_IMPERFECT = words(
    "fait parfait lait trait portrait extrait retrait attrait souhait bienfait forfait plaît"
)
_IRREGULAR_PAST = words("""
    fut furent eut eurent fit firent vint vinrent prit prirent mit mirent devint devinrent tint tinrent
    mourut naquit obtint parvint rejoignit quitta adhéra entra signa devait
    """)
_IRREGULAR_PARTICIPLES = words("""
    élu élue élus élues mort morte morts né née nés nées suspendu suspendue suspendus suspendues admis
    admise admises
    tenu tenue tenus tenues rendu rendue rendus battu battue battus paru parue parus survenu survenue survenus
    réuni réunie réunis réunies ouvert ouverte ouverts ouvertes sorti sortie sortis parti partie partis
    clos close
    remis remise promu promue reçu reçue reçus vu vue vus pris prise venu venue venus devenu devenue devenus
    disparu disparue disparus décédé décédée dit inscrit inscrite conclu conclue mis mise mises obtenu obtenue
    """)
_AUXILIARIES = words("a ont ai avons avez est sont avait avaient était étaient s'est eu ayant étant")
_PLUPERFECT = frozenset(("avait", "avaient"))
_FUTURE_AUXILIARIES = words("sera seront aura auront serai serons")
_AHEAD = words("""
    prévu prévue prévus prévues attendu attendue attendus attendues programmé programmée programmés
    programmées
    promis promise promises
    reporté reportée reportés fixé fixée fixés avancé avancée imminent imminente rendez-vous rdv
    prochain prochaine prochainement bientôt doit doivent devra devront inscription inscriptions réservation
    réservations réserver lieu
    """)
#: Ahead of a form of « être »: « est annoncé pour jeudi », but « a annoncé jeudi ».
_PLANNED = words("""
    annoncé annoncée annoncés annoncées organisé organisée organisés organisées envisagé envisagée envisagés
    envisagées proposé proposée proposés proposées invité invitée invités invitées convié conviée conviés
    conviées
    """)
_GOING = words(
    "va vont vais allons doit doivent devrait devraient pourrait pourraient pourra compte comptent"
)

#: How many days farther a date on the other side may be: any with « depuis » or « d'ici », else within a
#: month or
#: two the nearest wins against a finite verb, sooner against a participle.
EXCLUSIVE = 400
CERTAIN = 335
LIKELY = 150


#: A noun follows, not a verb: « leur entrée », « la santé ».
_DETERMINING = words(
    """
    le la l' les un une des du de d' au aux ce cette cet ces son sa ses leur leurs notre nos votre vos
    mon ma mes
    """
)
_PREPOSITIONS = words("en de d' par pour avec sans et ou sur sous à entre")


def token_is_auxiliary(tokens: Sequence[Token], k: int) -> bool:
    """Whether the token at `k` is a form of « avoir » or « être »."""
    return k >= 0 and tokens[k].form in _AUXILIARIES


@lru_cache(maxsize=65536)
def _leaning_of(form: str) -> int:
    """The leaning that a word gives by itself: below 0 past, above 0 future, 0 none."""
    if form in _AHEAD and form != "lieu":
        return LIKELY
    if form in _IRREGULAR_PAST:
        return -CERTAIN
    if form in _IRREGULAR_PARTICIPLES:
        return -LIKELY
    if _FUTURE.fullmatch(form) and form not in _NOT_FUTURE:
        return CERTAIN
    if form in ("aura", "sera", "ira", "fera", "auront", "seront", "iront", "feront"):
        return CERTAIN
    if _CONDITIONAL.fullmatch(form):
        return LIKELY
    if _IMPERFECT.fullmatch(form) and form not in _NOT_IMPERFECT:
        return -CERTAIN
    if _SIMPLE_PAST.fullmatch(form):
        return -CERTAIN
    if _PARTICIPLE.fullmatch(form) and not _NOUNS_IN_TE.fullmatch(form) and len(form) > 3:
        return -LIKELY
    return 0


_REACH = 40
#: A verb after the date says less than one before it at the same distance.
_AFTER = 1.5


def leaning(tokens: Sequence[Token], i: int, j: int, text: str) -> int:
    """Where the clause around the tokens `i` to `j` looks, in days as `Scope.leaning` wants them; 0 for
    neither.

    The nearest verb of the sentence decides; a capital inside a sentence makes a name, never a verb.
    """
    best, best_distance = 0, _REACH * _AFTER
    k = i - 1
    while k >= 0 and i - k < _REACH and tokens[k].category != "stop":
        found = _at(tokens, k, text)
        if found:
            best, best_distance = found, i - k
            break
        k -= 1
    k = j
    while k < len(tokens) and (k - j + 1) * _AFTER < best_distance and tokens[k].category != "stop":
        found = _at(tokens, k, text)
        if found:
            return found
        k += 1
    return best


def _at(tokens: Sequence[Token], k: int, text: str) -> int:
    tok = tokens[k]
    form = tok.form
    if not form.isalpha() or (tok.category and not token_is_auxiliary(tokens, k - 1)):
        return 0
    if form in _GOING:
        following = [tokens[m].form for m in range(k + 1, min(k + 4, len(tokens)))]
        return CERTAIN if any(_INFINITIVE.fullmatch(word) for word in following) else 0
    found = _leaning_of(form)
    before = tokens[k - 1].form if k else ""
    if form in _PLANNED and before in ("est", "sont"):
        return LIKELY
    if before in _DETERMINING and abs(found) != CERTAIN:
        # « leur entrée » is a noun; « la remettra », « en faisait partie » have a pronoun before the verb.
        return found if found > 0 and form in _AHEAD else 0
    if before in _FUTURE_AUXILIARIES:
        # « sera transférée », « aura quitté »: the auxiliary tells, not the participle.
        return CERTAIN
    if before in _AUXILIARIES or (
        before in ("pas", "plus", "été", "jamais") and token_is_auxiliary(tokens, k - 2)
    ):
        if found > 0 and form in _AHEAD:
            return found
        if form == "lieu":
            return -CERTAIN if before != "aura" else CERTAIN
        if _AFTER_AUXILIARY.fullmatch(form) and form not in NOT_COUNTED_S:
            return -EXCLUSIVE if before in _PLUPERFECT else -CERTAIN
    if found == 0:
        return -LIKELY if _PARTICIPLE.fullmatch(form) and len(form) > 3 and before not in _PREPOSITIONS else 0
    if (
        text[tok.start].isupper()
        and k
        and tokens[k - 1].category != "stop"
        and not text[tok.start : tok.end].isupper()
    ):
        return 0
    return found
