-- The template of a campaign in a language, as last pushed.
select
    temp.template_id,
    temp.version_id,
    temp.content_hash
from ledger.templates as temp
where temp.campaign = %(campaign)s and temp.locale = %(locale)s
