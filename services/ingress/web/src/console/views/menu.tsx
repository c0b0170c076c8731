import { PAGES, hashOf } from "../route.ts";
import type { Lang } from "../types.ts";
import type { Theme } from "../prefs.ts";
import { Icon, type IconName } from "./icon.tsx";
import { IconButton, Switch, useDesk, usePopover } from "./ui.tsx";

const PAGE_ICONS: Record<(typeof PAGES)[number], IconName> = {
  team: "people",
  audit: "list",
  jobs: "warn",
  profile: "person",
};

/** Everything that is not answering people: pages, language, appearance, alerts. */
export function Menu({ onShortcuts }: { onShortcuts: () => void }) {
  const desk = useDesk();
  const { speech, me, prefs } = desk;
  const { isOpen, setOpen, ref } = usePopover();
  const isAdmin = me?.role === "admin";
  const close = () => setOpen(false);
  return (
    <div class="menu-place" ref={ref}>
      <IconButton label={speech.t("menu")} icon="menu" expanded={isOpen} onClick={() => setOpen(!isOpen)} />
      {isOpen && (
        <div class="menu" role="group" aria-label={speech.t("menu")}>
          <p class="menu-me">
            <strong>{me?.name}</strong>
            <span class="mute">{me?.login}</span>
          </p>
          {PAGES.filter((page) => isAdmin || page === "profile" || page === "team").map((page) => (
            <a key={page} class="menu-item" href={hashOf(page)} onClick={close}>
              <Icon name={PAGE_ICONS[page]} />
              {speech.t(page)}
            </a>
          ))}
          <hr />
          <Choice
            icon="globe"
            label={speech.t("language")}
            value={prefs.lang}
            options={[
              ["ru", "Русский"],
              ["en", "English"],
            ]}
            onChange={(lang) => desk.setLang(lang as Lang)}
          />
          <Choice
            icon="theme"
            label={speech.t("theme")}
            value={prefs.theme}
            options={[
              ["auto", speech.t("auto")],
              ["light", speech.t("light")],
              ["dark", speech.t("dark")],
            ]}
            onChange={(theme) => prefs.setTheme(theme as Theme)}
          />
          <div class="menu-item">
            <Switch label={speech.t("sound")} on={prefs.sound} onChange={(on) => prefs.setSound(on)} />
          </div>
          <Notify />
          <hr />
          <button
            type="button"
            class="menu-item keys-item"
            onClick={() => {
              close();
              onShortcuts();
            }}
          >
            <Icon name="keys" />
            {speech.t("shortcuts")}
            <kbd>?</kbd>
          </button>
          <button type="button" class="menu-item" onClick={() => void desk.logout()}>
            <Icon name="out" />
            {speech.t("signOut")}
          </button>
        </div>
      )}
    </div>
  );
}

interface ChoiceProps {
  icon: IconName;
  label: string;
  value: string;
  options: [string, string][];
  onChange: (value: string) => void;
}

function Choice({ icon, label, value, options, onChange }: ChoiceProps) {
  return (
    <div class="menu-item choice" role="radiogroup" aria-label={label}>
      <Icon name={icon} />
      {options.map(([key, words]) => (
        <label key={key}>
          <input type="radio" name={icon} checked={value === key} onChange={() => onChange(key)} />
          <span>{words}</span>
        </label>
      ))}
    </div>
  );
}

/** The browser asks its own question, so only a press here makes it. */
function Notify() {
  const desk = useDesk();
  const { speech, alerts } = desk;
  if (alerts.permission !== "default") {
    return (
      <p class="menu-item mute">
        <Icon name="bell" />
        {speech.t(alerts.permission === "granted" ? "notifyOn" : "notifyBlocked")}
      </p>
    );
  }
  return (
    <button type="button" class="menu-item" onClick={() => void alerts.ask().then(() => desk.changed())}>
      <Icon name="bell" />
      {speech.t("notify")}
    </button>
  );
}
