"""The kinds of checks, a file each; kinds names them as lab.yaml does.

Every kind is a frozen value with a `read` (from its mapping in lab.yaml), and the face of
`ioscli.exercises.verdict.Check`. fields reads what several of them have in common: nodes,
addresses, times, sizes.
"""
