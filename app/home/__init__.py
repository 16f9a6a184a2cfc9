"""The pages that gather several features: start, villager, passbook, desks."""
