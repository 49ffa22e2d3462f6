"""`segment`, `entities`, `relations`, `triples`: one stage alone, from its input file to its output file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import (
    ConfigPath,
    DateColumn,
    DocumentDate,
    IdColumn,
    Output,
    Paths,
    TextColumn,
    load_config,
    read_inputs,
    with_progress,
)

Input = Annotated[Path, typer.Argument(help="The file that the stage before wrote (.jsonl or .parquet).")]


def segment(
    paths: Paths,
    output: Output,
    document_date: DocumentDate = None,
    text_column: TextColumn = "text",
    id_column: IdColumn = "id",
    date_column: DateColumn = "date",
) -> None:
    """First stage: texts to documents with their paragraphs and sentences."""
    from pipeline.composition import read_composed
    from pipeline.segment import segment as segmented
    from pipeline.stages import write_stage

    documents, problems = read_inputs(paths, document_date, text_column, id_column, date_column)
    documents = with_progress(documents, "documents")
    write_stage(output, (read_composed(document, segmented) for document in documents))
    problems.exit()


def entities(input: Input, output: Output, config: ConfigPath = None) -> None:
    """Second stage: mentions of countries, places, bodies, dates and statuses."""
    from pipeline.extractor import Extractor
    from pipeline.stages import documents_of, mapped, write_stage

    extractor = Extractor.from_pretrained(config=load_config(config))
    documents = mapped(documents_of(input), extractor.find_entities)
    write_stage(output, with_progress(documents, "documents"))


def relations(input: Input, output: Output, config: ConfigPath = None) -> None:
    """Third stage: which holders, bodies and dates belong to which status."""
    from pipeline.extractor import Extractor
    from pipeline.stages import documents_of, mapped, write_stage

    extractor = Extractor.from_pretrained(config=load_config(config))
    documents = mapped(documents_of(input), extractor.find_relations)
    write_stage(output, with_progress(documents, "documents"))


def triples(input: Input, output: Output) -> None:
    """Fourth stage: country codes, dates, organisations: the triples."""
    from pipeline.composition import read_composed
    from pipeline.stages import documents_of, write_stage
    from pipeline.triples import assemble

    documents = with_progress(documents_of(input), "documents")
    write_stage(output, (read_composed(document, assemble) for document in documents))
