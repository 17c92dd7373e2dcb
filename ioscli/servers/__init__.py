"""Where wall time and terminals live.

console is the way in; desk holds a console per node, pace the clock; keyboard is the front
end at a terminal, plain the one at a pipe; player shows a transcript as if somebody typed it.
"""
