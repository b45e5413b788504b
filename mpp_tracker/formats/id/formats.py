"""How are dates written and typed in Indonesian? Day first; Django's own list also takes the American order."""

DATETIME_FORMAT = "j F Y H.i"
# To the second, where two moments of one minute have to be told apart.
MOMENT_FORMAT = "j F Y H.i.s"
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"]
DATETIME_INPUT_FORMATS = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"]
