"""Sentences of French text: « | » stands where one ends."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.segment import split_sentences


def sentences(text: str) -> list[str]:
    return [text[s.start : s.end] for s in split_sentences(text)]


@pytest.mark.parametrize(
    "marked",
    [
        "Le sommet est clos.| Le pays préside.",
        "M. Xi est arrivé.| Mme Dupont aussi.",
        "Les pays défendent le multilatéralisme dans le monde.|Les États membres sont dix.",
        "« Nous partons ! » a-t-il dit.| Il est parti.",
        "Il adhère en 2024.|Le Mali suit.",
        "Il quitte l'OTAN.|Le Mali suit.",
        "La norme A.B.C. reste.| Le prix est de 3.500 euros.",
        "« Nous partons. »| Il est parti.",
        "Il cite l'art. 5 de la charte.| Elle cite le n° 3.",
        "Né en 44 av. J.-C. à Rome, il régna.| Puis il mourut.",
        "L'U.R.S.S. a signé.| La France aussi.",
        "Le taux est de 3.5 % cette année.| Il baisse.",
        "Voir www.exemple.fr pour la suite.| Merci.",
        "Qui est membre ?| Personne… ou presque.| Voilà.",
        "Le Dr. Martin et le Pr. Durand sont là.",
        "Membres : Inde, Iran, etc.| Observateurs : Mongolie.",
    ],
)
def test_sentence_ends(marked):
    pieces = [piece.strip() for piece in marked.split("|")]
    assert sentences(marked.replace("|", "")) == pieces


def test_a_line_is_a_paragraph_and_a_short_one_without_a_stop_a_heading():
    text = "Le sommet de Bichkek\n\nLe pays préside. Il reçoit.\nFin."
    found = split_sentences(text)
    assert [s.paragraph for s in found] == [0, 1, 1, 2]
    assert [s.heading for s in found] == [True, False, False, False]


def test_no_sentence_in_white_space():
    assert split_sentences(" \n\t\r\n ") == ()


@given(st.text(alphabet=st.sampled_from("Aé a.!?…»« \n\r\u2028’'()1-"), max_size=120) | st.text(max_size=60))
def test_sentences_cover_all_but_white_space_in_order(text):
    found = split_sentences(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    inside = {i for s in found for i in range(s.start, s.end)}
    assert all(text[s.start : s.end] == text[s.start : s.end].strip() for s in found)
    assert all(text[i].isspace() for i in range(len(text)) if i not in inside)


def test_time_is_linear_in_the_length_of_a_line():
    seconds = []
    for count in (2_000, 4_000):
        start = time.process_time()
        split_sentences("Le Mali est membre de la CEDEAO. " * count)
        seconds.append(time.process_time() - start)
    assert seconds[1] < 3 * seconds[0] + 0.2
