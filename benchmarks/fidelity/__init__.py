"""How faithfully does a persona speak, and which choices of a dataset and of a recipe does it owe that to?"""
