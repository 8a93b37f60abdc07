"""Evidence in the sources of pages: who signs, and which projects pages belong to."""
