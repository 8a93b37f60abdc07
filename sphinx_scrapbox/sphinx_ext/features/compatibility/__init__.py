"""What e-book readers, other builders and other extensions need to work with wiki pages."""
