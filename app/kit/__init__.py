"""Building blocks that know neither the domain nor Flask."""
