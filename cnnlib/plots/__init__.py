"""Every figure of the lessons, a file a lesson; what they share is in ``base``.

A plot takes arrays and returns a :class:`matplotlib.figure.Figure`; as the last line of a cell it
is shown.  Import names from the file that owns them.
"""
