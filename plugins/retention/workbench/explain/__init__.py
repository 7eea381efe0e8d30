"""What Paluu knows of one customer, in sentences: `retention explain`.

Each mart says in its YAML, under `config.meta.explain`, what a row of it means, in English and in
Finnish; here the rows of a customer are put into those sentences.
"""
