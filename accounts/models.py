"""Who works here: users with one role and one team."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.hours import Absence, Holiday, WorkingHours
from crm.access import AccessQuerySet
from crm.events import record
from crm.history import tracked
from crm.versions import Versioned, raise_version

if TYPE_CHECKING:
    from collections.abc import Iterable


__all__ = ["TEAM_ROLES", "Absence", "Holiday", "Role", "Team", "Theme", "User", "UserQuerySet", "WorkingHours"]


class Role(models.TextChoices):
    ADMIN = "admin", _("Admin")
    MANAGER = "manager", _("Manager")
    SALES = "sales", _("Sales executive")
    AGENT = "agent", _("Call-centre agent")
    ANALYST = "analyst", _("Analyst")


#: Roles whose rights rest on a team: without one they see nothing.
TEAM_ROLES = frozenset({Role.MANAGER, Role.SALES})
#: Roles a manager may give. Not the analyst's: it sees incomes, which the manager does not.
BELOW_MANAGER = frozenset({Role.SALES, Role.AGENT})
#: Roles that own records.
OWNER_ROLES = frozenset({Role.ADMIN, Role.MANAGER, Role.SALES})


class Theme(models.TextChoices):
    SYSTEM = "", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class TeamQuerySet(AccessQuerySet["Team"]):
    def visible_to(self, user: User) -> Self:
        match user.effective_role:
            case Role.ADMIN | Role.ANALYST:
                return self
            case Role.MANAGER:
                return self.filter(pk=user.team_id)
        return self.none()

    def editable_by(self, user: User) -> Self:
        return self if user.effective_role == Role.ADMIN else self.none()


@tracked()
class Team(Versioned):
    NOUN: ClassVar[str] = "team"

    name = models.CharField(_("name"), max_length=100)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="team_name_once", violation_error_message=_("There is a team of that name already.")
            )
        ]
        triggers = [raise_version()]

    def __str__(self) -> str:
        return self.name


class UserQuerySet(AccessQuerySet["User"]):
    def visible_to(self, user: User) -> Self:
        """The users whose management pages `user` may open."""
        match user.effective_role:
            case Role.ADMIN:
                return self
            case Role.MANAGER:
                return self.filter(team_id=user.team_id)
        return self.none()

    def editable_by(self, user: User) -> Self:
        match user.effective_role:
            case Role.ADMIN:
                return self
            case Role.MANAGER:
                return self.filter(team_id=user.team_id).filter(role__in=[Role.SALES, Role.AGENT, ""])
        return self.none()

    def active(self) -> Self:
        return self.filter(is_active=True)

    def invited(self) -> Self:
        """Asked in, and without a password yet."""
        return self.active().filter(password__startswith=UNUSABLE_PASSWORD_PREFIX)

    def owners(self) -> Self:
        """Those who may own a record: active, in a role that owns, with the team that it needs."""
        return self.active().filter(role__in=OWNER_ROLES).exclude(role__in=TEAM_ROLES, team=None)

    def assignable_by(self, user: User) -> Self:
        """Colleagues to whom `user` may give a record."""
        match user.effective_role:
            case Role.ADMIN:
                return self.owners()
            case Role.MANAGER:
                return self.owners().filter(team_id=user.team_id, role__in=[Role.MANAGER, Role.SALES])
            case Role.SALES:
                return self.owners().filter(pk=user.pk)
        return self.none()


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, user: User) -> UserQuerySet:
        return self.get_queryset().visible_to(user)

    def editable_by(self, user: User) -> UserQuerySet:
        return self.get_queryset().editable_by(user)

    def active(self) -> UserQuerySet:
        return self.get_queryset().active()

    def owners(self) -> UserQuerySet:
        return self.get_queryset().owners()

    def assignable_by(self, user: User) -> UserQuerySet:
        return self.get_queryset().assignable_by(user)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user with a normalised e-mail; without a password nobody can sign in as them yet."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(force_insert=True)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """The first admin: what `manage.py createsuperuser` calls."""
        return self.create_user(email, password, **fields | {"role": Role.ADMIN})


@tracked("password", "last_login", "session_epoch")
class User(Versioned, AbstractBaseUser):
    NOUN: ClassVar[str] = "user"

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=150)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, blank=True)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="users", verbose_name=_("team"))
    is_active = models.BooleanField(_("active"), default=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, blank=True)
    hotkeys = models.BooleanField(_("keyboard shortcuts"), default=True)
    deactivated_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: so many open leads one person can work at a time; none are handed out beyond it
    lead_capacity = models.PositiveSmallIntegerField(_("open leads at most"), default=30, db_default=30)
    #: part of every session and link of this user: raising it ends them all
    session_epoch = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    #: notifications that wait: counted with the user of a session (accounts/backend.py)
    unread = 0

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_in_small_letters"),
            models.CheckConstraint(condition=Q(role__in=["", *Role.values]), name="user_role_known"),
        ]
        triggers = [raise_version("last_login", "password", "session_epoch")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def effective_role(self) -> str:
        """The role, or "" where it gives nothing: deactivated, or without the team that it needs (fail closed)."""
        if not self.is_active or (self.role in TEAM_ROLES and self.team_id is None):
            return ""
        return self.role

    @property
    def initials(self) -> str:
        words = (self.name or self.email).split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    @property
    def is_invited(self) -> bool:
        """Asked in, and has not chosen a password yet."""
        return self.is_active and not self.has_usable_password()

    def reactivate(self, *, by: User) -> bool:
        """Let a deactivated user in again, without the records they handed over. False when somebody did it first."""
        with transaction.atomic():
            rows = User.objects.filter(pk=self.pk, is_active=False)
            changed = rows.update(is_active=True, deactivated_at=None)
            if changed:
                record("user.reactivated", on=self, by=by)
        self.refresh_from_db()
        return bool(changed)

    def end_sessions(self, *, by: User) -> None:
        """Sign out everywhere; links that are under way end too."""
        with transaction.atomic():
            User.objects.filter(pk=self.pk).update(session_epoch=F("session_epoch") + 1)
            record("user.signed_out_everywhere", on=self, by=by)
        self.refresh_from_db(fields=["session_epoch"])

    def choose_theme(self, theme: str) -> None:
        """Light, dark, or as the system; by a click, so nothing to merge."""
        User.objects.filter(pk=self.pk).update(theme=theme)

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        # Django's hash covers the password alone. Both its callers, for the key and the fallback keys, come here.
        value = f"{self.password}{self.session_epoch}"
        return salted_hmac("accounts.session", value, secret=secret, algorithm="sha256").hexdigest()

    # Django's admin asks these; the role decides.
    @property
    def is_staff(self) -> bool:
        return self.effective_role == Role.ADMIN

    @property
    def is_superuser(self) -> bool:
        return self.is_staff

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_staff

    def has_perms(self, perms: Iterable[str], obj: object = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff
