"""One target under atheris (libFuzzer), which changes raw inputs by the code of ours that they reach."""

from __future__ import annotations

import logging
import sys
from tempfile import TemporaryDirectory

from tests.fuzz import kept, target

#: The targets whose inputs are text or bytes, and how bytes are made one.
GUIDED = {
    **dict.fromkeys(
        ("segmenter", "dates", "dating", "reading"), lambda data: data.decode("utf-8", "replace")
    ),
    **dict.fromkeys(("brat", "annotated", "sources", "config"), lambda data: data),
}
#: Where libFuzzer starts from, besides what is kept.
_SEEDS = {
    "segmenter": ["M. X. a dit « Oui. » Le 1er. 3.5 U.R.S.S. Fin…\n\nTitre\nSuite"],
    "dates": ["du 3 au 5 mai 2024, depuis 2019, il y a trois ans, jusqu'en juin, les 3, 4 et 5 juin"],
    "dating": ["PARIS, 4 avril (AFP) – Publié le 3 mai 2024. Fondée en 2001, en 18 ans, elle a élu lundi."],
    "reading": ["La France, membre de l'OTAN depuis 1949, préside l'ONU ; le Mali (2024) est suspendu."],
    "brat": [
        "Le Mali préside.\0\0T1\tCOUNTRY 3 7\tMali\nT2\tSTATUS 8 15\tpréside\nA1\tStatus T2 chair\n"
        'R1\tholder Arg1:T2 Arg2:T1\n#1\tAnnotatorNotes R1\tMLI chair 2024 UA\0\0{"id": "a"}'
    ],
    "annotated": [
        '{"id": "a", "text": "Mali", "entities": [{"id": "m", "label": "COUNTRY", "start": 0, '
        '"end": 4, "text": "Mali"}], "triples": [{"country": "MLI", "status": "chair", "date": null}]}'
    ],
    "sources": ['\1{"text": "a", "date": "2024"}', "\2text,date\na,2024", "\0é"],
    "config": ["entities:\n  model: a/b\n  labels: {PER: PLACE}\nthreads: 2"],
}


def main(name: str, options: list[str]) -> None:
    """Run a target until libFuzzer's options say to stop; the process ends with it."""
    import atheris

    logging.disable(logging.WARNING)
    with atheris.instrument_imports(include=["pipeline"]):
        check = target(name).check
    convert = GUIDED[name]
    with TemporaryDirectory() as seeds:
        inputs = [text.encode() for text in _SEEDS[name]]
        inputs += [
            data if isinstance(data, bytes) else str(data).encode("utf-8", "replace")
            for _, data in kept(name)
        ]
        for number, data in enumerate(inputs):
            with open(f"{seeds}/{number}", "wb") as file:
                file.write(data)
        atheris.Setup([sys.argv[0], *options, seeds], lambda data: check(convert(data)))
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
