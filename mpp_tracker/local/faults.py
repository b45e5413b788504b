"""What is a fault that a person can mend, so that one sentence serves better than a traceback?"""


class ExpectedError(Exception):
    """A sentence that says what is wrong and a way on; shown without a traceback."""
