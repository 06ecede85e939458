"""What comes of 信易+ in the city, month by month: redemptions, uses, what they cost, and orders that were not paid, by area and by scenario.

Counted each night by the platform in one statement; nobody is in it, and cells of fewer than five people are not shown.
"""
