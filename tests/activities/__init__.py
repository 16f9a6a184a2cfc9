"""Theme lists, activities, sign-up, check-in and closing."""
