"""Python-Markdown over the same texts: a line in, CPU microseconds for a text out."""

import json
import sys
import time
from pathlib import Path

import markdown

texts = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))


def one_round() -> float:
    began = time.process_time()
    for text in texts:
        markdown.Markdown(extensions=["extra", "toc"]).convert(text)
    return (time.process_time() - began) * 1e6 / len(texts)


for _ in sys.stdin:
    print(one_round(), flush=True)
