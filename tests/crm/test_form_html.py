"""Our quick <select> is Django's, but for blanks between the tags."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from crm.countries import country_choices
from crm.form_html import FormHtml

WIDGETS = {
    "plain": forms.Select(choices=[("a", "A"), (1, "One")]),
    "countries": forms.Select(choices=country_choices()),
    "groups": forms.Select(choices=[("", "None"), ("Group <1>", [("a", "A & B"), ("b", '"B"')])]),
    "several": forms.SelectMultiple(choices=[("a", "A"), ("b", "B")]),
    "attributes": forms.Select(
        attrs={"class": 'x"y', "required": True, "disabled": False, "data-n": 3}, choices=[("a", "A")]
    ),
}


@pytest.mark.parametrize("widget", WIDGETS.values(), ids=WIDGETS)
@pytest.mark.parametrize("value", ["", None, "a", "GB", ["a", "b"], "<script>"])
def test_the_html_is_django_s(widget, value):
    ours, theirs = (
        widget.render("na<me", value, {"id": "id_x"}, renderer=renderer) for renderer in (FormHtml(), DjangoTemplates())
    )
    assert squeezed(ours) == squeezed(theirs)


def test_forms_use_it(settings):
    class Form(forms.Form):
        field = forms.ChoiceField(choices=[("<b>", "<i>")])

    assert '<option value="&lt;b&gt;">&lt;i&gt;</option>' in str(Form()["field"])


def squeezed(html):
    return re.sub(r">\s+<", "><", html).strip()
