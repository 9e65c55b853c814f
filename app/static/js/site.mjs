// What every page carries: each module finds its own elements and does nothing where there are none.
import { askBeforeSubmit } from "./confirm.mjs";
import { offerCopying } from "./copy.mjs";
import { closeMenusOutside } from "./menu.mjs";
import { focusErrorSummary, holdSecondSubmit } from "./forms.mjs";
import { enhanceTables } from "./table.mjs";

closeMenusOutside(document);
askBeforeSubmit(document);
holdSecondSubmit(document);
focusErrorSummary(document);
offerCopying(document);
enhanceTables(document);
