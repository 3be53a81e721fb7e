from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


class Shop:
    """Writes files of the online-retail layout and imports them."""

    def __init__(self, folder, capsys):
        self.folder, self.capsys = folder, capsys

    def file(self, *lines, name="shop.csv", header=HEADER):
        path = self.folder / name
        path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
        return path

    def run(self, path, *options, preset="online-retail"):
        """What the command says when it is done."""
        call_command("import_orders", str(path), *(["--preset", preset] if preset else []), *options)
        return self.capsys.readouterr().out

    def refused(self, path, *options, preset="online-retail"):
        """What the command says when it refuses; it ends with exit code 1."""
        with pytest.raises(CommandError) as refusal:
            self.run(path, *options, preset=preset)
        assert refusal.value.returncode == 1
        return str(refusal.value)


@pytest.fixture
def shop(tmp_path, capsys, db):
    return Shop(tmp_path, capsys)


class Files:
    """Writes files of deals or leads and imports them by a command."""

    def __init__(self, folder, capsys, command, header):
        self.folder, self.capsys, self.command, self.header = folder, capsys, command, header

    def file(self, *lines, header=None, name="file.csv", encoding="utf-8"):
        path = self.folder / name
        path.write_text("\n".join([header or self.header, *lines, ""]), encoding=encoding)
        return path

    def run(self, path, *options):
        """What the command says when it is done."""
        call_command(self.command, str(path), *options)
        return self.capsys.readouterr().out

    def refused(self, path, *options):
        """What the command says when it refuses; it ends with exit code 1."""
        with pytest.raises(CommandError) as refusal:
            self.run(path, *options)
        assert refusal.value.returncode == 1
        return str(refusal.value)
