-- The template of a campaign in a language, as last pushed.
select
    templates.template_id,
    templates.version_id,
    templates.content_hash
from ledger.templates
where templates.campaign = %(campaign)s and templates.locale = %(locale)s
