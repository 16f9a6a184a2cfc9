"""What supervision looks at: what stands out in a month, who approved, and what to check again.

It points to rows and says why; it accuses nobody, and puts neither people nor villages in an order
of merit.
"""
