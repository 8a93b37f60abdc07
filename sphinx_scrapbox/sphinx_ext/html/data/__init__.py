"""What the HTML of a site tells programs: search engines, other sites, readers of data."""
