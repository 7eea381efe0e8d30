{#- The languages of mails: words of `words/`, and figures as Unicode CLDR has them, as pieces
    of SQL. This file is made by `retention words`: change the words, then run it. -#}
{%- macro language_data() -%}
    {%- set data = {"en": language_data_en(), "fi": language_data_fi(), "sv": language_data_sv()} -%}
    {{ return(data) }}
{%- endmacro -%}

{#- How models say things in the language 'en'. -#}
{%- macro language_data_en() -%}
    {%- set data = {
        "day": "to_char({value}, 'FMDD\" \"') || (array['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec'])[extract(month from {value})::int]",
        "date": "to_char({value}, 'FMDD\" \"') || (array['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'])[extract(month from {value})::int] || to_char({value}, '\" \"YYYY')",
        "short_date": "to_char({value}, 'FMDD\" \"') || (array['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec'])[extract(month from {value})::int] || to_char({value}, '\" \"YYYY')",
        "moment": "to_char({value}, 'FMDD\" \"') || (array['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec'])[extract(month from {value})::int] || to_char({value}, '\" \"YYYY\" \"\"at \"HH24\":\"MI')",
        "money": "case {currency} when 'AUD' then 'A$' when 'BRL' then 'R$' when 'CAD' then 'CA$' when 'CNY' then 'CN¥' when 'EUR' then '€' when 'GBP' then '£' when 'HKD' then 'HK$' when 'ILS' then '₪' when 'INR' then '₹' when 'JPY' then 'JP¥' when 'KRW' then '₩' when 'MXN' then 'MX$' when 'NZD' then 'NZ$' when 'PHP' then '₱' when 'TWD' then 'NT$' when 'USD' then 'US$' when 'VND' then '₫' when 'XAF' then 'FCFA ' when 'XCD' then 'EC$' when 'XCG' then 'Cg.' when 'XOF' then 'F CFA ' when 'XPF' then 'CFPF ' when 'XXX' then '¤' else {currency} || ' ' end || replace(to_char({amount}, 'FM999,999,999,990.00'), '.00', '')",
        "decimal": "{number}::text",
        "list": "array_to_string(({names})[1:cardinality({names}) - 1], ', ') || ' and ' || ({names})[cardinality({names})]",
        "words": {
            "unsubscribe": "'Unsubscribe'",
            "elapsed.days": "'a few days'",
            "elapsed.week": "'about a week'",
            "elapsed.weeks": "'about ' || {count} || ' weeks'",
            "elapsed.months": "'about ' || {count} || ' months'",
            "rhythm.days": "'every few days'",
            "rhythm.week": "'about once a week'",
            "rhythm.weeks": "'about every ' || {count} || ' weeks'",
            "rhythm.months": "'about every ' || {count} || ' months'",
            "habit": "'Last ordered ' || {day} || ' · ' || {rhythm}",
            "within": "case when {count} = 1 then 'within a day' else 'within ' || {count} || ' days' end",
            "orders": "case when {count} = 1 then {count} || ' order' else {count} || ' orders' end",
            "more": "case when {count} = 1 then 'and one more' else 'and ' || {count} || ' more' end",
            "pieces": "{count} || ' × ' || {name}",
            "quarters.1": "'from January to March ' || {year}",
            "quarters.2": "'from April to June ' || {year}",
            "quarters.3": "'from July to September ' || {year}",
            "quarters.4": "'from October to December ' || {year}",
            "often_bought": "'Among our most bought'",
            "bought_together": "'Often bought together with ' || {name}",
            "asked.satisfaction": "'How happy were you with your order?'",
            "asked.review": "'Was it a good buy?'",
            "answered.1": "'1 of 5, very unhappy'",
            "answered.2": "'2 of 5, unhappy'",
            "answered.3": "'3 of 5, neither'",
            "answered.4": "'4 of 5, happy'",
            "answered.5": "'5 of 5, very happy'",
            "answered.poor": "'poor'",
            "answered.fair": "'fair'",
            "answered.good": "'good'"
        }
    } -%}
    {{ return(data) }}
{%- endmacro -%}

{#- How models say things in the language 'fi'. -#}
{%- macro language_data_fi() -%}
    {%- set data = {
        "day": "to_char({value}, 'FMDD\".\"FMMM\".\"')",
        "date": "to_char({value}, 'FMDD\".\"FMMM\".\"YYYY')",
        "short_date": "to_char({value}, 'FMDD\".\"FMMM\".\"YYYY')",
        "moment": "to_char({value}, 'FMDD\".\"FMMM\".\"YYYY\" \"\"klo \"FMHH24\".\"MI')",
        "money": "translate(replace(to_char({amount}, 'FM999,999,999,990.00'), '.00', ''), ',.', ' ,') || case {currency} when 'EUR' then ' €' when 'FIM' then ' mk' when 'GBP' then ' £' when 'JPY' then ' ¥' when 'USD' then ' $' when 'XAF' then ' FCFA' when 'XCG' then ' Cg.' when 'XOF' then ' F CFA' else ' ' || {currency} end",
        "decimal": "replace({number}::text, '.', ',')",
        "list": "array_to_string(({names})[1:cardinality({names}) - 1], ', ') || ' ja ' || ({names})[cardinality({names})]",
        "words": {
            "unsubscribe": "'En halua enää näitä viestejä'",
            "elapsed.days": "'muutama päivä'",
            "elapsed.week": "'noin viikko'",
            "elapsed.weeks": "'noin ' || {count} || ' viikkoa'",
            "elapsed.months": "'noin ' || {count} || ' kuukautta'",
            "rhythm.days": "'muutaman päivän välein'",
            "rhythm.week": "'noin kerran viikossa'",
            "rhythm.weeks": "'noin ' || {count} || ' viikon välein'",
            "rhythm.months": "'noin ' || {count} || ' kuukauden välein'",
            "habit": "'Tilattu viimeksi ' || {day} || ' · ' || {rhythm}",
            "within": "case when {count} = 1 then 'päivän kuluessa' else {count} || ' päivän kuluessa' end",
            "orders": "case when {count} = 1 then {count} || ' tilaus' else {count} || ' tilausta' end",
            "more": "case when {count} = 1 then 'ja yksi muu' else 'ja ' || {count} || ' muuta' end",
            "pieces": "{count} || ' × ' || {name}",
            "quarters.1": "'tammi–maaliskuussa ' || {year}",
            "quarters.2": "'huhti–kesäkuussa ' || {year}",
            "quarters.3": "'heinä–syyskuussa ' || {year}",
            "quarters.4": "'loka–joulukuussa ' || {year}",
            "often_bought": "'Ostetuimpiemme joukossa'",
            "bought_together": "'Usein samassa korissa: ' || {name}",
            "asked.satisfaction": "'Kuinka tyytyväinen olit tilaukseesi?'",
            "asked.review": "'Oliko se hyvä ostos?'",
            "answered.1": "'1/5, erittäin tyytymätön'",
            "answered.2": "'2/5, tyytymätön'",
            "answered.3": "'3/5, siltä väliltä'",
            "answered.4": "'4/5, tyytyväinen'",
            "answered.5": "'5/5, erittäin tyytyväinen'",
            "answered.poor": "'huono'",
            "answered.fair": "'menettelee'",
            "answered.good": "'hyvä'"
        }
    } -%}
    {{ return(data) }}
{%- endmacro -%}

{#- How models say things in the language 'sv'. -#}
{%- macro language_data_sv() -%}
    {%- set data = {
        "day": "to_char({value}, 'FMDD\" \"') || (array['januari', 'februari', 'mars', 'april', 'maj', 'juni', 'juli', 'augusti', 'september', 'oktober', 'november', 'december'])[extract(month from {value})::int]",
        "date": "to_char({value}, 'FMDD\" \"') || (array['januari', 'februari', 'mars', 'april', 'maj', 'juni', 'juli', 'augusti', 'september', 'oktober', 'november', 'december'])[extract(month from {value})::int] || to_char({value}, '\" \"YYYY')",
        "short_date": "to_char({value}, 'FMDD\" \"') || (array['jan.', 'feb.', 'mars', 'apr.', 'maj', 'juni', 'juli', 'aug.', 'sep.', 'okt.', 'nov.', 'dec.'])[extract(month from {value})::int] || to_char({value}, '\" \"YYYY')",
        "moment": "to_char({value}, 'FMDD\" \"') || (array['jan.', 'feb.', 'mars', 'apr.', 'maj', 'juni', 'juli', 'aug.', 'sep.', 'okt.', 'nov.', 'dec.'])[extract(month from {value})::int] || to_char({value}, '\" \"YYYY\" \"\"kl. \"HH24\".\"MI')",
        "money": "translate(replace(to_char({amount}, 'FM999,999,999,990.00'), '.00', ''), ',.', ' ,') || case {currency} when 'BBD' then ' Bds$' when 'BMD' then ' BM$' when 'BRL' then ' BR$' when 'BSD' then ' BS$' when 'BZD' then ' BZ$' when 'CAD' then ' CA$' when 'DKK' then ' Dkr' when 'DOP' then ' RD$' when 'EGP' then ' EG£' when 'EUR' then ' €' when 'ILS' then ' ₪' when 'ISK' then ' Ikr' when 'JMD' then ' JM$' when 'MXN' then ' MX$' when 'NOK' then ' Nkr' when 'SEK' then ' kr' when 'USD' then ' US$' when 'XAF' then ' FCFA' when 'XCD' then ' EC$' when 'XCG' then ' Cg.' when 'XOF' then ' F CFA' when 'XPF' then ' CFPF' when 'XXX' then ' ¤' else ' ' || {currency} end",
        "decimal": "replace({number}::text, '.', ',')",
        "list": "array_to_string(({names})[1:cardinality({names}) - 1], ', ') || ' och ' || ({names})[cardinality({names})]",
        "words": {
            "unsubscribe": "'Jag vill inte ha fler sådana mejl'",
            "elapsed.days": "'några dagar'",
            "elapsed.week": "'ungefär en vecka'",
            "elapsed.weeks": "'ungefär ' || {count} || ' veckor'",
            "elapsed.months": "'ungefär ' || {count} || ' månader'",
            "rhythm.days": "'med några dagars mellanrum'",
            "rhythm.week": "'ungefär en gång i veckan'",
            "rhythm.weeks": "'med ungefär ' || {count} || ' veckors mellanrum'",
            "rhythm.months": "'med ungefär ' || {count} || ' månaders mellanrum'",
            "habit": "'Senast beställt ' || {day} || ' · ' || {rhythm}",
            "within": "case when {count} = 1 then 'inom en dag' else 'inom ' || {count} || ' dagar' end",
            "orders": "case when {count} = 1 then {count} || ' beställning' else {count} || ' beställningar' end",
            "more": "case when {count} = 1 then 'och en till' else 'och ' || {count} || ' till' end",
            "pieces": "{count} || ' × ' || {name}",
            "quarters.1": "'i januari–mars ' || {year}",
            "quarters.2": "'i april–juni ' || {year}",
            "quarters.3": "'i juli–september ' || {year}",
            "quarters.4": "'i oktober–december ' || {year}",
            "often_bought": "'Bland det som köps mest hos oss'",
            "bought_together": "'Köps ofta tillsammans med ' || {name}",
            "asked.satisfaction": "'Hur nöjd var du med din beställning?'",
            "asked.review": "'Var det ett bra köp?'",
            "answered.1": "'1 av 5, mycket missnöjd'",
            "answered.2": "'2 av 5, missnöjd'",
            "answered.3": "'3 av 5, varken eller'",
            "answered.4": "'4 av 5, nöjd'",
            "answered.5": "'5 av 5, mycket nöjd'",
            "answered.poor": "'dåligt'",
            "answered.fair": "'duger'",
            "answered.good": "'bra'"
        }
    } -%}
    {{ return(data) }}
{%- endmacro -%}
