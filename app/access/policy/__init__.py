"""Labels, clearances, entitlement packs and exclusions."""
