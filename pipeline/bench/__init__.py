"""Speed and memory of the pipeline, beside other systems on the same texts, measured in turns."""
