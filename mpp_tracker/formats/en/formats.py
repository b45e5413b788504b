"""How are dates written and typed in English? Day first, as foreign partners of the ministry write them."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y H:i"
# To the second, where two moments of one minute have to be told apart.
MOMENT_FORMAT = "j F Y H:i:s"
MONTH_DAY_FORMAT = "j F"
SHORT_DATE_FORMAT = "d/m/Y"
SHORT_DATETIME_FORMAT = "d/m/Y H:i"
TIME_FORMAT = "H:i"
FIRST_DAY_OF_WEEK = 1
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"]
DATETIME_INPUT_FORMATS = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"]
