"""How much of what is private does the cleaning find, how much does it take that is not, and what does it cost?"""
