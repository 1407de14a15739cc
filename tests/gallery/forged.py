"""Manifests that say what they should not, signed all the same."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from mathviz.render import manifest

EVIL = "\"'><script>pwned=1</script><img src=x onerror=pwned=1>${{7*7}}{%raw%}../../"
"""What a title may hold and must stay text."""


def change(path: Path, **changes: Any) -> None:
    """Replace entries of a manifest, and seal it."""
    path.write_bytes(manifest.written(json.loads(path.read_text(encoding="utf-8")) | changes))


def forge_texts(films: Path) -> None:
    """Put EVIL wherever a manifest or a caption has a text, and sign it."""
    for path in films.glob("*.json"):
        about = json.loads(path.read_text(encoding="utf-8"))
        claim = {"says": EVIL, "holds": True, "found": EVIL}
        captions = path.with_suffix(".vtt")
        captions.write_text(f"WEBVTT\n\n1\n00:00:00.000 --> 00:00:09.000\n</script>{EVIL}\n", encoding="utf-8")
        change(
            path, title=f"title {EVIL}", question=EVIL, alt=EVIL, topics=[EVIL], commit=EVIL,
            references=[{"text": EVIL, "url": "javascript:pwned=1"}], renderer={EVIL: EVIL}, encoder={EVIL: EVIL},
            trace=about["trace"] | {"device": EVIL, "date": EVIL, "versions": {EVIL: EVIL}, "checks": [claim]},
            beats=[beat | {"chapter": EVIL, "captions": [[EVIL], ["", f"<b>{EVIL}"]]} for beat in about["beats"]],
            files=about["files"] | {captions.name: hashlib.sha256(captions.read_bytes()).hexdigest()},
        )  # fmt: skip
