"""Every explorer of the lessons, a file a lesson; what they share is in ``base``.

An explorer is a box of controls and one picture.  As the last line of a cell it is shown; where no
kernel runs, the picture it opened with is.  Import names from the file that owns them.
"""
