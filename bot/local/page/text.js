// What the page says, in both languages, and which of them is chosen.

const TEXTS = {
  en: {
    skip: "Skip to posting",
    views: "Views",
    channel: "Channel",
    gallery: "Gallery",
    posts: "Posts",
    older: "Older posts",
    more: "Show more",
    emptyTitle: "Show me an illustration",
    emptyText: "Drop one anywhere on this page, paste it, or choose a file. You get",
    emptyTags: "its tags, in English and Japanese",
    emptySimilar: "the most similar illustrations here",
    emptyPrivate: "and nothing leaves this machine",
    galleryLead: "Illustrations that the library started with. Choose one to see what is similar.",
    galleryEmpty: "The gallery is still empty.",
    choose: "Choose illustrations",
    hint: "or drop them anywhere, or paste",
    dropHere: "Let go to post",
    untitled: "Untitled",
    library: "{count} illustrations",
    libraryOne: "1 illustration",
    filling: "Filling the gallery: {done} of {total}",
    starting: "Hoshizora is waking up. You can post in a few seconds.",
    degraded: "The tagger is restarting. Posting works again in a few seconds.",
    unreachable: "No connection to Hoshizora. Is it still running? Trying again…",
    waiting: "Waiting for its turn…",
    uploading: "Sending… {percent}",
    reading: "Decoding and reading…",
    tags: "Tags",
    guesses: "Guesses",
    guessesWhy: "Nothing is certain here: no tag reaches its own threshold. The best guesses:",
    noTags: "No tags.",
    givenTags: "Given tags",
    readTags: "What Hoshizora reads",
    barLabel: "{name}: {percent}, counts from {threshold}",
    threshold: "counts from {threshold}",
    thresholdHint: "The mark on a bar is where that tag starts to count.",
    similar: "Similar illustrations",
    noSimilar: "There is nothing to compare with yet.",
    distance: "distance {distance}",
    open: "Open {number}: {title}, distance {distance}",
    openPlain: "Open {title}",
    delete: "Delete",
    deleteNamed: "Delete {title}",
    deleteTitle: "Delete this post?",
    deleteText: "The illustration, its tags and its place in the search are forgotten for good.",
    deleteForGood: "Delete",
    keep: "Keep",
    deleted: "Deleted {title}.",
    posted: "{title}: {tags}. {similar} similar.",
    postedGuesses: "{title}: nothing certain, guesses are {tags}. {similar} similar.",
    failed: "{title} was not posted: {message}",
    failedTitle: "Not posted",
    notShown: "Cannot be shown",
    retry: "Try again",
    dismiss: "Dismiss",
    close: "Close",
    back: "Back",
    previous: "Previous",
    next: "Next",
    place: "{at} of {of}",
    pixels: "{width} × {height} px",
    network: "Hoshizora did not answer. Check that it is still running, then try again.",
    brokenUpload: "The connection broke while sending {size} MB. The file may be too large.",
    busy: "Many images are being read right now. Try again in a moment.",
  },
  ja: {
    skip: "投稿欄へ移動",
    views: "表示",
    channel: "チャンネル",
    gallery: "ギャラリー",
    posts: "投稿",
    older: "以前の投稿",
    more: "もっと見る",
    emptyTitle: "イラストを見せてください",
    emptyText: "このページにドロップするか、貼り付けるか、ファイルを選んでください。わかること：",
    emptyTags: "タグ（英語と日本語）",
    emptySimilar: "よく似たイラスト",
    emptyPrivate: "画像がこのパソコンの外に出ることはありません",
    galleryLead: "はじめから入っているイラストです。選ぶと、よく似たものが見られます。",
    galleryEmpty: "ギャラリーはまだ空です。",
    choose: "イラストを選ぶ",
    hint: "ドロップや貼り付けでも投稿できます",
    dropHere: "ここで離すと投稿します",
    untitled: "無題",
    library: "イラスト {count} 点",
    libraryOne: "イラスト 1 点",
    filling: "ギャラリーを準備しています：{total} 点中 {done} 点",
    starting: "起動しています。数秒後に投稿できます。",
    degraded: "タグ付けを再起動しています。数秒後に投稿できます。",
    unreachable: "Hoshizora につながりません。起動しているか確認してください。再接続しています…",
    waiting: "順番を待っています…",
    uploading: "送信しています… {percent}",
    reading: "画像を読み取っています…",
    tags: "タグ",
    guesses: "推測",
    guessesWhy: "確かなタグはありません（どれもしきい値未満）。近そうなもの：",
    noTags: "タグはありません。",
    givenTags: "付けられたタグ",
    readTags: "Hoshizora の読み取り",
    barLabel: "{name}：{percent}（しきい値 {threshold}）",
    threshold: "しきい値 {threshold}",
    thresholdHint: "バーの印は、そのタグのしきい値です。",
    similar: "よく似たイラスト",
    noSimilar: "比べられるイラストがまだありません。",
    distance: "距離 {distance}",
    open: "{number} を開く：{title}、距離 {distance}",
    openPlain: "{title} を開く",
    delete: "削除",
    deleteNamed: "{title} を削除",
    deleteTitle: "この投稿を削除しますか？",
    deleteText: "イラストとタグは検索からも完全に消えます。元に戻せません。",
    deleteForGood: "削除する",
    keep: "やめる",
    deleted: "{title} を削除しました。",
    posted: "{title}：{tags}。似たイラスト {similar} 点。",
    postedGuesses: "{title}：確かなタグはなく、推測は {tags}。似たイラスト {similar} 点。",
    failed: "{title} は投稿できませんでした：{message}",
    failedTitle: "投稿できませんでした",
    notShown: "表示できません",
    retry: "もう一度試す",
    dismiss: "閉じる",
    close: "閉じる",
    back: "戻る",
    previous: "前へ",
    next: "次へ",
    place: "{of} 点中 {at} 点目",
    pixels: "{width} × {height} px",
    network: "Hoshizora から応答がありません。起動しているか確認して、もう一度お試しください。",
    brokenUpload: "{size} MB の送信中に接続が切れました。ファイルが大きすぎるかもしれません。",
    busy: "ただいま混み合っています。少し待ってからもう一度お試しください。",
  },
};
const REMEMBERED = "hoshizora.language";

let chosen = remembered() ?? (navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en");

export const language = () => chosen;

export function chooseLanguage(next) {
  chosen = next;
  try {
    localStorage.setItem(REMEMBERED, next);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
}

/** The text of a key in the chosen language, with {names} filled in. */
export function text(key, values = {}) {
  return TEXTS[chosen][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A pair of names as the reader wants it: {main, lang} and, if it says more, {other, otherLang}. */
export function inOrder(name, nameJa) {
  if (!nameJa || nameJa === name) return { main: name, lang: null };
  if (!name) return { main: nameJa, lang: "ja" };
  return chosen === "ja"
    ? { main: nameJa, lang: "ja", other: name, otherLang: "en" }
    : { main: name, lang: "en", other: nameJa, otherLang: "ja" };
}

export function titleOf(illustration) {
  const title = inOrder(illustration.title, illustration.title_ja).main;
  return title || text("untitled");
}

/** A score as a percentage that never claims certainty: 0.998 is "> 99%", 0.004 is "< 1%". */
export function percent(score) {
  const format = new Intl.NumberFormat(chosen, { style: "percent", maximumFractionDigits: 0 });
  if (score > 0 && score < 0.01) return `< ${format.format(0.01)}`;
  if (score < 1 && score > 0.99) return `> ${format.format(0.99)}`;
  return format.format(score);
}

export const wholePercent = (share) =>
  new Intl.NumberFormat(chosen, { style: "percent", maximumFractionDigits: 0 }).format(share);

export const number = (value) => new Intl.NumberFormat(chosen).format(value);

export const distance = (value) =>
  new Intl.NumberFormat(chosen, { minimumSignificantDigits: 3, maximumSignificantDigits: 3 }).format(value);

/** Today's times as 14:02, older ones with their date. */
export function when(iso) {
  const at = new Date(iso);
  const today = at.toDateString() === new Date().toDateString();
  const options = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(chosen, options).format(at);
}

/** Put the chosen language into everything that is marked with data-text or data-label. */
export function translatePage() {
  document.documentElement.lang = chosen;
  for (const node of document.querySelectorAll("[data-text]")) {
    node.textContent = text(node.dataset.text);
  }
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", text(node.dataset.label));
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === chosen));
  }
}

function remembered() {
  try {
    const value = localStorage.getItem(REMEMBERED);
    return value in TEXTS ? value : null;
  } catch {
    return null;
  }
}
