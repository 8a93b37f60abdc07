"""What pages need in LaTeX: fonts and line breaks for other languages."""
