// On what people look at it: a computer or a phone, in daylight or in the dark, in two languages.
import { PHONE } from "./browser.mjs";

const PLACES = {
  desk: { viewport: { width: 1280, height: 800 } },
  phone: PHONE,
};
const NARROW = { width: 360, height: 740 };

/** Any two of the three go together in one of these four. */
const PAIRS = ["desk-light-ru", "desk-dark-en", "phone-light-en", "phone-dark-ru"];
const THE_OTHERS = ["desk-light-en", "desk-dark-ru", "phone-light-ru", "phone-dark-en"];

/** Names and options of contexts; LOOKS=all gives all eight, LOOKS=name,name those. */
export function looks(usual = PAIRS, asked = process.env.LOOKS ?? "") {
  const names = asked === "" ? usual : asked === "all" ? [...PAIRS, ...THE_OTHERS] : asked.split(",");
  return names.map((name) => [name, optionsOf(name)]);
}

function optionsOf(name) {
  const [place, colorScheme, lang] = name.split("-");
  const options = { ...PLACES[place], colorScheme, locale: lang === "ru" ? "ru-RU" : "en-GB", reducedMotion: "reduce" };
  // Half of the phones are as narrow as phones are; half of the computers as well.
  if (place === "phone" && colorScheme === "dark") options.viewport = NARROW;
  if (place === "desk" && colorScheme === "dark") options.viewport = { width: 1024, height: 700 };
  return options;
}
