//! Every file that an operator may put into the plugins' folder by mistake, or
//! somebody else by intent: what Hob says, and that it survives.

mod contents;
mod folder;
mod migrations;
mod opening;
mod site;
mod trust;
