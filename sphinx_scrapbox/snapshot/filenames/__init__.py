"""Names of files: which ones hosts accept, those of pages and pictures, renames, redirects."""

from sphinx_scrapbox.snapshot.filenames.hosts import HOSTS, LONG_NAME_BYTES, Host, refusals
from sphinx_scrapbox.snapshot.filenames.names import (
    composed_path,
    file_key,
    file_stem,
    ignores_case,
    open_content,
    picture_file_name,
    relative_path,
)

__all__ = ["HOSTS", "LONG_NAME_BYTES", "Host", "file_key", "file_stem", "open_content"]
__all__ += ["composed_path", "ignores_case", "picture_file_name", "refusals", "relative_path"]
