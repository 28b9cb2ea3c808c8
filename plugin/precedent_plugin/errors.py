"""What can go wrong in the plugin and the command line, as a user reads it.

PrecedentError
    PluginError
        HostError         the viewer shows nothing that can be used, or cannot do what was asked
        CaseError         the fields of a case cannot be kept as they stand
        PictureError      a picture is not a PNG that can be kept
        LibraryError      the library's folder or database cannot be read or written
        CasebookError     a casebook file is refused or cannot be written
        AuditError        the record of questions cannot be read, written or asked again
        TrayError         the tray cannot take a shot
        TemplateError     a file of prompt templates cannot be read or written
        QuestionError     a question cannot do this in its present state
        UsageError        the command line was called with words that it does not take
"""

from precedent_resources import PrecedentError


class PluginError(PrecedentError):
    """Something in the plugin failed in a way that the user can act on."""


class HostError(PluginError):
    """The viewer shows nothing that can be used, or cannot do what was asked."""


class CaseError(PluginError):
    """The fields of a case cannot be kept as they stand."""


class PictureError(PluginError):
    """A picture is not one that can be kept or sent."""


class LibraryError(PluginError):
    """The library's folder or database cannot be read or written."""


class CasebookError(PluginError):
    """A casebook file is refused, or cannot be written."""


class DatasetError(PluginError):
    """A data set is not of a layout that is known, or cannot be read."""


class AuditError(PluginError):
    """The record of questions cannot be read or written, or a question cannot be asked again."""


class TrayError(PluginError):
    """The tray cannot take a shot."""


class TemplateError(PluginError):
    """A file of prompt templates cannot be read or written."""


class QuestionError(PluginError):
    """A question cannot do this in its present state."""


class UsageError(PluginError):
    """The command line was called with words that it does not take."""
