-- Store the affinities of a fit, given as arrays of equal length.
insert into ledger.ease_affinities (product_type, other_type, score, night)
select
    pair.product_type,
    pair.other_type,
    pair.score,
    %(night)s as night
from
    unnest(
        %(product_types)s::text[],
        %(other_types)s::text[],
        %(scores)s::double precision[]
    ) as pair (product_type, other_type, score)
