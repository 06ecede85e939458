"""Functions and modules stay small enough to be read in one go; what goes bad is the tail."""

MAX_FUNCTION_LINES = 70
MAX_MODULE_LINES = 400


def test_no_module_is_too_long(all_python):
    assert {s.path: s.lines for s in all_python if s.lines > MAX_MODULE_LINES} == {}


def test_no_function_is_too_long(all_python):
    long = {
        f"{source.path}:{name}": lines
        for source in all_python
        for name, lines in source.lengths
        if lines > MAX_FUNCTION_LINES
    }
    assert long == {}
