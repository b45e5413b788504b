"""What is given away as open data: which tables, with which columns, rows and files?"""
