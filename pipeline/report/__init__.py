"""An extraction to look at: highlighted texts, triples, scores and a timeline, in one HTML file."""
