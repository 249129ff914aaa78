"""What runs a reader's answer, compares it, and says what was found; it knows no lesson.

- What a lesson's ``tasks.py`` makes: `check` (functions and classes), `question` (by hand), `goal`
  (open problems), `wrongcode`, each a `task`; `mistakes` to recognise, `variant` for each student.
- Whose code it is: `whose`; is it there: `unwritten`; what it does: `running`, in time and
  contained, and `traced`, looked on.
- What came: `outputs`, read and compared; `tidy`, where all numbers are right.
- What is wrong: `diagnosis`, from `mistakes`, `facts`, what it `uses` of its arguments, `repairs`
  and `edits`: small changes that make it right, of `pieces` of code.
- What is said: `result`, with tables (`show`), exceptions (`errors`) and `words`.
- What stays: `progress`, and a reader's own module, `mine`.
"""
