"""Recipes: every number of a training stage, in a file that says why. ``schema`` says what a recipe may set, ``shelf``
finds the files, ``resolving`` adds up what they say and what a run says."""
