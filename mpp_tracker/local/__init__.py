"""How does the product run on one machine, with nothing installed beforehand?"""
