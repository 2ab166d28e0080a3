"""What filter fields offer."""
