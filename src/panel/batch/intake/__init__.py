"""What was announced: sources read row by row, listings followed, sightings joined, a shortlist chosen.

`reading.take_in` streams announcements and bad rows; `joining`, `choosing` are pure; `following` fetches.
"""
