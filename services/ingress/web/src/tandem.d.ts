/** What a page with the widget on it can call. */
interface Tandem {
  open(): void;
  close(): void;
  ask(question: string): void;
  setLang(lang: "ru" | "en"): void;
  setTheme(theme: string): void;
}

interface Window {
  Tandem?: Tandem;
}
