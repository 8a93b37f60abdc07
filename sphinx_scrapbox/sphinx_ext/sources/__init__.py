"""What lies in the source folder: page files, lock files, snapshots, icons and fetched files.

:func:`.folder.source_folder` is the one way in. Nothing here knows of documents that were read.
"""
