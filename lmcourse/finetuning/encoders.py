"""Encoders by name."""

import os
from pathlib import Path

from lmcourse.data.sources import encoder_folder
from lmcourse.errors import CourseError, InputError
from lmcourse.files import PROJECT, check_manifest

COURSE = PROJECT / "data" / "course"
NEEDED = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "vocab.txt")


def find_encoder(name: str) -> Path:
    """The folder of `minilm` or `course`, else that folder, else the one downloaded for that hub id.

    Errors: InputError for no folder and no hub id, or when a byte of the course's encoder has changed; CourseError
    when the hub cannot be reached.
    """
    if name == "minilm":
        return encoder_folder()
    if name == "course":
        check_manifest(COURSE)
        return COURSE
    folder = Path(name).expanduser()
    return folder if folder.is_dir() else download(name)


def download(hub_id: str) -> Path:
    """Fetch an encoder from the hub into its own cache: configuration, tokenizer and safetensors, no code."""
    # Without a network every retry of the client costs seconds: one short try is enough to know.
    os.environ.setdefault("HF_HUB_ETAG_TIMEOUT", "3")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    try:
        return Path(snapshot_download(hub_id, allow_patterns=NEEDED))
    except HFValidationError:
        raise InputError("no such folder, and no hub id", hub_id, "give minilm, course, a folder or a hub id") from None
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CourseError(
            f"the encoder is no folder here and did not come from the hub: {reason[:120]}",
            hub_id,
            "use --encoder minilm, which needs no hub, or a folder",
        ) from None
