"""Journeys: whole paths of the product, walked over HTTP only against a running demo city.

A journey knows what each answer must be, prints one line a step, and stops at the first wrong one.
"""
