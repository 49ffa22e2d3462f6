"use strict";
// Language and colours. Labels stand in the page as `data-t`, a key into the table of both languages.
const labels = JSON.parse(document.getElementById("labels").textContent);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const language = () => document.documentElement.lang;
const say = (key) => labels[language()][key] ?? key;

// A page on disk may have no storage.
function remembered(key, value) {
  try {
    if (value !== undefined) localStorage.setItem(key, value);
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function translate(root = document) {
  for (const element of all("[data-t]", root)) element.textContent = say(element.dataset.t);
  for (const element of all("[data-t-label]", root)) element.ariaLabel = say(element.dataset.tLabel);
  for (const element of all("[data-t-placeholder]", root)) element.placeholder = say(element.dataset.tPlaceholder);
}

function speak(chosen) {
  document.documentElement.lang = chosen;
  const other = document.getElementById("language");
  other.lang = chosen === "fr" ? "en" : "fr";
  other.textContent = chosen === "fr" ? "English" : "Français";
  translate();
  document.title = say("title");
  document.dispatchEvent(new Event("language"));
}

function colour(chosen) {
  document.documentElement.dataset.theme = chosen;
  const button = document.getElementById("theme");
  button.dataset.t = chosen === "dark" ? "light" : "dark";
  button.textContent = say(button.dataset.t);
}

document.getElementById("language").addEventListener("click", (event) => {
  speak(remembered("language", event.target.lang) ?? event.target.lang);
});
document.getElementById("theme").addEventListener("click", (event) => {
  const chosen = event.target.dataset.t;
  remembered("theme", chosen);
  colour(chosen);
});

const preferred = navigator.language.startsWith("fr") ? "fr" : "en";
addEventListener("DOMContentLoaded", () => {
  speak(remembered("language") ?? preferred);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => colour(remembered("theme") ?? (dark.matches ? "dark" : "light"));
  dark.addEventListener("change", follow);
  follow();
});
